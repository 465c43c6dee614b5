"""A user's own table of compounds and measurements -> a pack folder that runs offline."""
