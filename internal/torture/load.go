package main

import "context"

func load(ctx context.Context, engine, dir string) error { return nil }
