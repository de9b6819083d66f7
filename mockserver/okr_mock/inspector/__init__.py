"""The control plane under /__admin: look at worlds and steer them; none of it is the vendor's."""
