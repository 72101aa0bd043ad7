"""What containers need besides the images: their secrets, the users of their Valkey, nginx's configuration."""
