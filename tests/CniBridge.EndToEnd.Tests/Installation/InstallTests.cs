using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of cni-bridge install, which replaces plugins on a node that continues to create pods.</summary>
public sealed class InstallTests
{
    const string Bin = "/opt/cni/bin";

    static readonly string[] s_roles = ["bridge", "host-local", "loopback", "portmap"];

    /// <summary>The program that stands for an older release and runs for a given time.</summary>
    static readonly string s_oldProgram = InstalledPrograms.Find("sleep") ?? "/bin/sleep";

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    [Fact]
    public void A_node_without_plugins_gets_the_program_and_its_links()
    {
        using var node = NewNode();

        var result = node.Run(Program, "install", "--bin-dir", "/opt/cni/new/bin").Succeeded();

        Assert.Matches("^installed cni-bridge .* in /opt/cni/new/bin: cni-bridge, bridge, host-local, loopback, portmap\n$", result.Stdout);
        Assert.Empty(result.Stderr);
        AssertInstalled(node, "/opt/cni/new/bin");
    }

    [Fact]
    public void An_installed_file_is_not_replaced_again()
    {
        using var node = NewNode();
        node.Run(Program, "install").Succeeded();
        var before = node.Run("stat", "-c", "%i %Z %n", $"{Bin}/cni-bridge", $"{Bin}/bridge").Succeeded().Stdout;

        var result = node.Run($"{Bin}/cni-bridge", "install").Succeeded();

        Assert.Matches("^cni-bridge .* is already installed in /opt/cni/bin\n$", result.Stdout);
        Assert.Equal(before, node.Run("stat", "-c", "%i %Z %n", $"{Bin}/cni-bridge", $"{Bin}/bridge").Succeeded().Stdout);
        AssertInstalled(node);
    }

    [Fact]
    public void The_Go_plugins_are_replaced_and_other_plugins_stay()
    {
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        using var node = NewNode();
        node.Run("cp", "-a", $"{PluginDirectory.Go}/.", Bin).Succeeded();
        // The setup has the directory of another link, a dangling link, and a link to a directory.
        node.Run("ln", "-sfn", "/nowhere", $"{Bin}/portmap").Succeeded();
        node.Run("ln", "-sfn", "/tmp", $"{Bin}/loopback").Succeeded();
        var others = node.Files(Bin).Except(s_roles).ToList();
        Assert.Contains("static", others);

        node.Run(Program, "install").Succeeded();

        Assert.Equal([.. others.Append("cni-bridge").Concat(s_roles).Order(StringComparer.Ordinal)], node.Plugins(Bin));
        foreach (var role in s_roles)
        {
            Assert.Contains($"CNI {role} plugin cni-bridge", node.Run($"{Bin}/{role}").Succeeded().Stderr, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_running_program_is_replaced_and_continues()
    {
        using var node = NewNode();
        WriteOldPlugin(node);
        using var running = node.Start($"{Bin}/cni-bridge", ["600"]);
        node.Run("sh", "-c", $"until ls -l /proc/[0-9]*/exe | grep -q {Bin}/cni-bridge; do sleep 0.01; done").Succeeded();

        // A copy in place would get this error.
        Assert.Contains("Text file busy", node.Run("cp", Program, $"{Bin}/cni-bridge").Stderr, StringComparison.Ordinal);
        node.Run(Program, "install").Succeeded();

        AssertInstalled(node);
        Assert.Contains($"{Bin}/cni-bridge (deleted)", node.Run("sh", "-c", "ls -l /proc/[0-9]*/exe").Stdout, StringComparison.Ordinal);
    }

    // Every name is called continuously, so that it must never be missing, partial or busy.
    [Fact]
    public void A_working_plugin_exists_at_every_moment()
    {
        using var node = NewNode();
        WriteOldPlugin(node);
        node.Run("sh", "-c", $"for role in {string.Join(' ', s_roles)}; do ln {Bin}/cni-bridge {Bin}/$role; done").Succeeded();
        using var callers = node.Start("sh", ["-c", $$"""
            echo started
            while [ ! -e {{ScratchNode.Directory}}/stop ]; do
              for role in {{string.Join(' ', s_roles)}}; do
                {{Bin}}/$role > {{ScratchNode.Directory}}/said 2>&1
                grep -q -e "^CNI $role plugin cni-bridge" -e "missing operand" {{ScratchNode.Directory}}/said || cat {{ScratchNode.Directory}}/said
              done
            done
            echo stopped
            """]);
        callers.WaitForOutput("started");

        for (var i = 0; i < 20; i++)
        {
            node.Run(Program, "install").Succeeded();
            // The state is that after a disk failure, so that the next installation has work.
            node.Run("sh", "-c", $"cp -a {Bin}/cni-bridge {Bin}/copy && echo >> {Bin}/copy && mv {Bin}/copy {Bin}/cni-bridge").Succeeded();
        }

        node.WriteFile($"{ScratchNode.Directory}/stop", "");
        Assert.Equal("started\nstopped\n", callers.WaitForExit().Succeeded().Stdout);
    }

    [Fact]
    public void Concurrent_installations_leave_one_installation()
    {
        using var node = NewNode();
        var installations = Enumerable.Range(0, 8).Select(_ => node.Start(Program, ["install"])).ToList();
        var results = installations.ConvertAll(installation => installation.WaitForExit().Succeeded().Stdout);

        AssertInstalled(node);
        Assert.Single(results, text => text.StartsWith("installed", StringComparison.Ordinal));
        installations.ForEach(installation => installation.Dispose());
    }

    // strace kills the program at the call that would rename the new file, or before the file is complete.
    [Theory]
    [InlineData("fsync")]
    [InlineData("rename")]
    [InlineData("symlink")]
    public void A_killed_installation_leaves_working_plugins_and_the_next_one_cleans_up(string call)
    {
        Requirement.Programs("strace");
        using var node = NewNode();
        WriteOldPlugin(node);
        node.Run("ln", $"{Bin}/cni-bridge", $"{Bin}/bridge").Succeeded();

        var killed = node.Run("strace", "-f", "-o", "/dev/null", "-e", $"inject={call}:signal=KILL:when=1", Program, "install");

        Assert.NotEqual(0, killed.ExitCode);
        node.Run($"{Bin}/bridge", "0").Succeeded();
        var program = File.ReadAllBytes(node.FromOutside($"{Bin}/cni-bridge"));
        Assert.Equal(File.ReadAllBytes(call == "symlink" ? Program : s_oldProgram), program);
        Assert.InRange(node.Files(Bin).Count(file => file.EndsWith(".unfinished", StringComparison.Ordinal)), 0, 1);
        node.Run(Program, "install").Succeeded();
        AssertInstalled(node);
    }

    [Fact]
    public void A_directory_in_place_of_a_plugin_is_refused_before_any_change()
    {
        using var node = NewNode();
        WriteOldPlugin(node);
        node.WriteFile($"{Bin}/portmap/precious", "");
        var before = node.Files(Bin);

        AssertFails(node.Run(Program, "install"), $"{Bin}/portmap is a directory");

        Assert.Equal(before, node.Files(Bin));
        Assert.Equal(File.ReadAllBytes(s_oldProgram), File.ReadAllBytes(node.FromOutside($"{Bin}/cni-bridge")));
    }

    [Fact]
    public void A_full_disk_leaves_the_former_plugins()
    {
        using var node = NewNode();
        node.Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", Bin).Succeeded();
        WriteOldPlugin(node);

        AssertFails(node.Run(Program, "install"), "space");

        Assert.Equal(["cni-bridge"], node.Files(Bin));
        Assert.Equal(File.ReadAllBytes(s_oldProgram), File.ReadAllBytes(node.FromOutside($"{Bin}/cni-bridge")));
    }

    [Fact]
    public void An_unwritable_directory_is_reported()
    {
        using var node = NewNode();
        node.Run("mount", "-o", "remount,ro", "/opt/cni").Succeeded();
        AssertFails(node.Run(Program, "install"), Bin);
        AssertFails(node.Run(Program, "install", "--bin-dir", "/opt/cni/other"), "/opt/cni/other", "read-only");
        AssertFails(node.Run(Program, "install", "--bin-dir", "/dev/null"), "/dev/null");
        AssertFails(node.Run(Program, "install", "--bin-dir", ""), "directory");
    }

    [Fact]
    public void The_plugins_are_executable_with_any_umask()
    {
        using var node = NewNode();

        node.Run("sh", "-c", $"umask 077; {Shell.Quote(Program)} install").Succeeded();

        Assert.Equal("755", node.Run("stat", "-c", "%a", $"{Bin}/cni-bridge").Succeeded().Stdout.Trim());
    }

    // flock(2) needs only a file that can be opened for reading.
    [Fact]
    public void Locks_of_another_user_block_no_command()
    {
        Requirement.Programs("flock", "setpriv");
        using var node = NewNode();
        WriteOldPlugin(node);
        const string conflist = "/etc/cni/net.d/10-cni-bridge.conflist";
        node.WriteFile(
            "/etc/cni-bridge/nodes.json",
            """{"nodes": [{"name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"]}]}""");
        node.Run(Program, "conf", "init", "--nodes", "/etc/cni-bridge/nodes.json", "--node-name", "node1").Succeeded();
        var locks = new[] { Bin, $"{Bin}/cni-bridge", conflist, "/etc/cni-bridge/nodes.json", "/etc/cni/net.d", "/opt/cni" }.Select(
            path => node.Start(
            "setpriv", ["--reuid", "65534", "--clear-groups", "flock", path, "sh", "-c", "echo locked; cat"])).ToList();
        locks.ForEach(held => held.WaitForOutput("locked"));

        node.Run("timeout", "20", Program, "install").Succeeded();
        AssertInstalled(node);
        using var installed = node.Start(
            "setpriv", ["--reuid", "65534", "--clear-groups", "flock", $"{Bin}/cni-bridge", "sh", "-c", "echo locked; cat"]);
        installed.WaitForOutput("locked");
        Assert.Contains("already", node.Run("timeout", "20", Program, "install").Succeeded().Stdout, StringComparison.Ordinal);
        node.Run(Program, "conf", "validate", "--bin-dir", Bin).Succeeded();
        node.Run(Program, "conf", "init", "--nodes", "/etc/cni-bridge/nodes.json", "--node-name", "node1").Succeeded();
        Assert.DoesNotContain("could not", node.Run(Program, "doctor").Stdout, StringComparison.Ordinal);
        node.Run("timeout", "20", Program, "rollback").Succeeded();
        node.Run("timeout", "20", Program, "uninstall").Succeeded();

        locks.ForEach(held => held.Dispose());
    }

    // An init container has root without any capability.
    [Fact]
    public void No_capability_is_needed()
    {
        Requirement.Programs("setpriv");
        using var node = NewNode();

        node.Run("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs", Program, "install").Succeeded();

        AssertInstalled(node);
    }

    static void AssertInstalled(ScratchNode node, string directory = Bin)
    {
        Assert.Equal(["bridge", "cni-bridge", "host-local", "loopback", "portmap"], node.Plugins(directory));
        Assert.Equal(File.ReadAllBytes(Program), File.ReadAllBytes(node.FromOutside($"{directory}/cni-bridge")));
        Assert.All(s_roles, role => Assert.Equal("cni-bridge", new FileInfo(node.FromOutside($"{directory}/{role}")).LinkTarget));
        Assert.Contains("CNI host-local plugin", node.Run($"{directory}/host-local").Succeeded().Stderr, StringComparison.Ordinal);
    }

    static void AssertFails(CommandResult result, params string[] words)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Empty(result.Stdout);
        Assert.StartsWith("cni-bridge: ", Assert.Single(result.Stderr.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, result.Stderr, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Writes another program under our name.</summary>
    static void WriteOldPlugin(ScratchNode node)
    {
        node.WriteFile($"{Bin}/cni-bridge", File.ReadAllBytes(s_oldProgram));
        node.Run("chmod", "+x", $"{Bin}/cni-bridge").Succeeded();
    }

    static ScratchNode NewNode()
    {
        Requirement.Node("sleep");
        return new ScratchNode();
    }
}
