"""The forms of the vendor's own area."""
