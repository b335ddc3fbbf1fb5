"""Pure: values in, decisions out."""
