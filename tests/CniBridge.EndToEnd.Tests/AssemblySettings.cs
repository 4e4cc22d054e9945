// Every test creates kernel objects and starts daemons, and some depend on the kernel's worker for all namespaces. One test at a time keeps
// timeouts meaningful on small machines.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
