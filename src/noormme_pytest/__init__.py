"""The pytest plugin: the fixtures of `noormme_py.testing`. It imports noormme_py only when a fixture is used."""
