// Every test makes kernel objects and starts daemons, and some judge what the kernel's worker for all namespaces does: one at a
// time keeps timeouts meaningful and states settled on small machines.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
