using System.Runtime.InteropServices;
using CniBridge.TestRun;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}
try
{
    var all = TestProject.Find(options.Projects).AsParallel().AsOrdered().SelectMany(project => project.Classes()).ToList();
    var selected = all.Where(each => options.Classes.Count == 0 || options.Classes.Any(each.Matches)).ToList();
    if (selected.Count == 0)
        throw new TestRunException("no class of tests has this name; scripts/test --list prints all");
    if (options.IsList)
    {
        selected.ForEach(each => Console.WriteLine($"{each.Project.ShortName}  {each.ShortName}"));
        return 0;
    }
    var before = HostState.Read();
    Directory.CreateDirectory(Repository.Logs);
    var report = new Report(selected.Count, Console.Out);
    using var runner = new Runner(report);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
    runner.Run(Plan.Create(all, selected), options.Jobs);
    if (HostState.Compare(before) is { Count: > 0 } left)
        report.AddError(new Failure("The tests changed this machine", string.Join('\n', left)));
    report.WriteSummary();
    return report.IsGood ? 0 : 1;

    void Cancel(PosixSignalContext context)
    {
        context.Cancel = true;
        report.AddError(new Failure("The run", $"it was ended by {context.Signal}"));
        runner.Cancel();
    }
}
catch (Exception e) when ((e is AggregateException all ? all.InnerException : e) is TestRunException)
{
    Console.Error.WriteLine(e.InnerException?.Message ?? e.Message);
    return 1;
}
