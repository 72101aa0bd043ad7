"""Live events: one small ASGI process that lets browsers watch runs. Reads Valkey, knows no Django and no database."""
