"""One file per sensor family: its dialect in, readings out, without any input or output."""
