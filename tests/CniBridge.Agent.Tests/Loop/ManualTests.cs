using System.Diagnostics;

namespace CniBridge.Agent.Tests.Loop;

public sealed class ManualTests
{
    static string File => Path.Combine(AppContext.BaseDirectory, "cni-bridge-agent.8");

    // To regenerate the file: CNI_BRIDGE_WRITE_MANUAL=$PWD/docs/cni-bridge-agent.8 scripts/test --class ManualTests
    [Fact]
    public void The_manual_page_lists_all_options()
    {
        var page = AgentCommand.CreateManual();
        if (Environment.GetEnvironmentVariable("CNI_BRIDGE_WRITE_MANUAL") is { Length: > 0 } path)
            System.IO.File.WriteAllText(path, page);
        else
            Assert.Equal(System.IO.File.ReadAllText(File), page);
    }

    [Fact]
    public void The_manual_page_has_no_errors_of_groff()
    {
        Assert.SkipUnless(System.IO.File.Exists("/usr/bin/groff"), "the program groff is not installed");
        using var groff = Process.Start(new ProcessStartInfo("groff", ["-man", "-Tutf8", "-ww", "-z", File])
        {
            RedirectStandardError = true,
        })!;
        var errors = groff.StandardError.ReadToEnd();
        groff.WaitForExit();

        Assert.Equal((0, ""), (groff.ExitCode, errors));
    }
}
