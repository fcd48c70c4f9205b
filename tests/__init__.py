"""The tests mirror the apps. `builders` makes what a test needs, `conftest` gives the fixed cast."""
