"""The pages that caseworkers, relatives and operators see."""
