"""What the open gateway does before any service sees a call, and the envelope around every answer."""
