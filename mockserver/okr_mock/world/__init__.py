"""A caller's world: its fixture, its turns and their ids."""
