"""The faces that an application uses. Only this layer wires the packages below together."""
