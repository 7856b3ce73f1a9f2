"""Who may see and do what, and the answers to what people ask. Knows nothing of HTTP or HTML.

The doors for people (console, management API) and the commands ask here, so that the same rules hold whichever way a person comes in.
"""
