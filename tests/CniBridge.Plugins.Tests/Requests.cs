using System.Text;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>Requests as the host passes them to a plugin, without a host.</summary>
static class Requests
{
    internal static CniRequest Make(
        string config, string netns = Call.NoNamespace, string version = "1.1.0", TextWriter? log = null) => new()
        {
            Environment = new CniEnvironment
            {
                CommandName = "ADD",
                ContainerId = "pod1",
                NetworkNamespace = netns,
                InterfaceName = "eth0",
            },
            NetworkName = "pods",
            Version = version,
            Config = new JsonText(Encoding.UTF8.GetBytes(config)),
            Variables = () => throw new InvalidOperationException("only a plugin that is run needs the whole environment"),
            Log = log ?? TextWriter.Null,
        };

    /// <summary>Asserts that a step fails with the code and that the message contains all words.</summary>
    internal static void AssertRefused(int code, Action action, params ReadOnlySpan<string> words)
    {
        var refusal = Assert.Throws<CniException>(action);
        foreach (var word in words)
            Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(code, refusal.Code);
    }
}
