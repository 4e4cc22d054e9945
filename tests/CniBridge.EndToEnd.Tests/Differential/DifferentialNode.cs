using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// A node for a scenario with the plugins of one directory. IPAM plugins other than host-local and those in /opt/cni/bin come from Go for
/// both sides.
/// </summary>
sealed class DifferentialNode : IDisposable
{
    readonly ScratchNode node = new();
    readonly Scenario scenario;
    readonly string plugins;
    readonly Normalisation normalisation;
    readonly Dictionary<(string Pod, string Interface), JsonElement> results = [];
    CommandResult? last;

    public DifferentialNode(Scenario scenario, string plugins)
    {
        this.scenario = scenario;
        this.plugins = plugins;
        normalisation = new Normalisation(scenario.Text);
        var calls = scenario.Steps.Where(step => step.Verb != Step.Shell);
        foreach (var pod in calls.Select(step => step.Pod).Distinct())
        {
            node.AddPod(pod);
        }
    }

    public CommandResult Run(Step step)
    {
        last = step.Verb == Step.Shell ? node.Run("sh", "-ec", step.Pod) : Call(step);
        return last;
    }

    /// <summary>Returns the answer of the last step and the state after it.</summary>
    public SortedDictionary<string, string> Capture()
    {
        var state = NodeSnapshot.Take(node, normalisation);
        if (last is not null)
        {
            state["exit code"] = last.ExitCode == 0 ? "0" : "not 0";
            normalisation.AddAnswer(state, last);
        }

        return state;
    }

    public void Dispose() => node.Dispose();

    CommandResult Call(Step step)
    {
        var configuration = step.Network is null ? scenario.Configuration : scenario.Networks[step.Network];
        var call = new PluginCall
        {
            Node = node,
            PluginDirectory = plugins,
            SearchPath = $"{plugins}:/opt/cni/bin:{PluginDirectory.Go}",
            Configuration = configuration,
            ContainerId = $"container-{step.Pod}",
            NetworkNamespace = step.Namespace ?? $"/run/netns/{step.Pod}",
            InterfaceName = step.Interface,
            Arguments = step.Arguments,
        };
        var attachment = (step.Pod, step.Interface);
        var isPassed = step.Verb != "ADD" && PassesResults(configuration) && results.ContainsKey(attachment);
        var answer = call.Run(step.Verb, isPassed ? results[attachment] : null);
        if (step.Verb == "ADD" && answer.ExitCode == 0)
        {
            results[attachment] = answer.Json;
        }

        return answer;
    }

    /// <summary>Returns true for versions since 0.4.0, in which runtimes pass the result of ADD to CHECK and DEL.</summary>
    static bool PassesResults(string configuration)
    {
        using var document = JsonDocument.Parse(configuration);
        var stated = document.RootElement.EnumerateObject()
            .LastOrDefault(key => key.Name.Equals("cniVersion", StringComparison.OrdinalIgnoreCase));
        return Version.TryParse(stated.Value.ValueKind == JsonValueKind.String ? stated.Value.GetString() : null, out var version)
            && version >= new Version(0, 4, 0);
    }
}
