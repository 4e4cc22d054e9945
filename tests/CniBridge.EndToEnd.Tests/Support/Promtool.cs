namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>Prometheus' judge of metrics.</summary>
static class Promtool
{
    /// <summary>Asserts that metrics are valid and follow the naming conventions.</summary>
    public static void AssertAccepts(ScratchNode node, string metrics)
    {
        Requirement.Programs("promtool");
        var result = node.Run("promtool", ["check", "metrics"], metrics);
        Assert.True((result.ExitCode, result.Stdout + result.Stderr) == (0, ""), $"promtool: {result.Stdout}{result.Stderr}\n{metrics}");
    }
}
