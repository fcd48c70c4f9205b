"""Views: fetch, decide, answer. One screen at most each."""
