// Every test makes kernel objects and starts daemons: one at a time keeps the timeouts meaningful on small machines.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
