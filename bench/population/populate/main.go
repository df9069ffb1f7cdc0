// Command populate fills a database as package population describes: 5,000 realms, 200,000
// people and 1,000,000 assignments unless told otherwise.
//
//	authserver migrate && authserver bootstrap --realm acme --admin-email you@example.com
//	authserver client create --realm acme --name Shop --type service
//	go run ./bench/population/populate -database sqlite:./data/authserver.db -into acme
//
// It is not part of the server, so that nobody fills a database that people use by a
// mistyped command.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"authserver/bench/population"
	"authserver/internal/database"
)

func main() {
	var o population.Options
	url := flag.String("database", os.Getenv("AUTHSERVER_DATABASE_URL"), "the database, migrated")
	flag.StringVar(&o.Into, "into", "acme", "short `name` of a realm that exists: it becomes the largest")
	flag.Uint64Var(&o.Seed, "seed", 1, "what everything follows from; each fits into a database once")
	flag.IntVar(&o.Realms, "realms", 5_000, "how many realms")
	flag.IntVar(&o.Users, "users", 200_000, "how many people, in all realms")
	flag.IntVar(&o.Assignments, "assignments", 1_000_000, "how many role assignments, in all realms")
	flag.Parse()
	o.Progress = func(what string) { fmt.Fprintln(os.Stderr, what) }
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := fill(ctx, *url, o); err != nil {
		fmt.Fprintln(os.Stderr, "populate:", err)
		os.Exit(1)
	}
}

func fill(ctx context.Context, url string, o population.Options) error {
	db, err := database.Open(ctx, url, database.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.CheckSchema(ctx); err != nil {
		return err
	}
	began := time.Now()
	got, err := population.Fill(ctx, db, o)
	if err != nil {
		return err
	}
	fmt.Printf("%d realms, %d applications, %d people, %d groups, %d roles, %d assignments in %.0f s\n",
		got.Realms, got.Applications, got.Users, got.Groups, got.Roles, got.Assignments, time.Since(began).Seconds())
	return nil
}
