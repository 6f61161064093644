"""The rule base: YAML files read, checked, and kept as data for the engine, the planner and whoever shows findings."""
