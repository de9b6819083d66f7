"""Floors: servers that do nothing but read JSON and answer JSON."""
