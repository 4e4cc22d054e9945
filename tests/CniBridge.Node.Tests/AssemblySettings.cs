// Tests write scripts and run them. A process that another test starts at that moment would inherit the open script, and the kernel does
// not run a file that is open for writing.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
