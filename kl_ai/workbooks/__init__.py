"""Reads Excel workbooks that people send (.xlsx), each part within limits; see `reading.opened`."""
