"""The pages that caseworkers see: server-rendered, live, in Japanese and English."""
