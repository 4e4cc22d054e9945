using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests;
using CniBridge.Node.Inspection.Checks;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>Tests of the check of host veths with ports that ip creates and changes in a namespace.</summary>
public sealed class PortCheckTests : IDisposable
{
    readonly ScratchNamespace _scratch = new();
    readonly TemporaryDirectory _configurations = new();

    public void Dispose()
    {
        _scratch.Dispose();
        _configurations.Dispose();
    }

    public static TheoryData<PortSettings> Settings => [.. PortSettings.All.Each()];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_different_port_setting_is_found_and_its_remedy_fixes_it(PortSettings setting)
    {
        File.WriteAllText(Path.Combine(_configurations.Path, "10-pods.conf"),
            """{"cniVersion": "1.0.0", "name": "pods", "type": "bridge", "bridge": "cni0"}""");
        Shell("ip link add cni0 up type bridge && ip link add veth0 up master cni0 type veth peer name eth0");
        Shell("ip link set veth0 alias pods/c/eth0");
        Assert.Empty(Check());

        Shell($"ip link set veth0 type bridge_slave {setting.ToWord()} on");

        var finding = Assert.Single(Check());
        Assert.Equal(BridgeFindings.ForPortSetting(setting)("veth0", "pods/c/eth0", "on", "off").What, finding.What);
        Assert.Contains("veth0 of pods/c/eth0 is on, but the configuration says off", finding.What, StringComparison.Ordinal);
        Shell(finding.Fix);
        Assert.Empty(Check());
    }

    List<Finding> Check()
    {
        using var scratch = _scratch.Open();
        return scratch.Run<List<Finding>>(() =>
        {
            using var node = new DoctorContext(new DoctorOptions
            {
                Program = "cni-bridge",
                Roles = [],
                ConfigurationDirectory = _configurations.Path,
                PluginDirectory = "/nonexistent",
            });
            new PortCheck(node).Run();
            return node.Found;
        });
    }

    void Shell(string command)
    {
        var (exitCode, output) = HelperProgram.Run("", "nsenter", "--net=" + _scratch.Path, "sh", "-c", command);
        Assert.SkipWhen(exitCode is null, "nsenter (util-linux) is not installed");
        Assert.True(exitCode == 0, output);
    }
}
