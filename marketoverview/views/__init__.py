"""The views. Each fetches rows, validates a form, calls a verb of a model, and returns a response."""
