"""A made-up district as the files of a system, one module for each; `catalogue` lists them."""
