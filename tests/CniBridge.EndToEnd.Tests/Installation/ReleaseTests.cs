using CniBridge.EndToEnd.Tests.Documents;
using CniBridge.EndToEnd.Tests.Kubernetes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of the files of a release, judged by tar, sha512sum, dpkg and a node that installs them.</summary>
[RunsFirst]
public sealed class ReleaseTests(ReleaseFiles release) : IClassFixture<ReleaseFiles>
{
    const string Root = $"{ScratchNode.Directory}/layers/root", Alone = $"{ScratchNode.Directory}/alone";

    static readonly string[] s_roles = ["bridge", "host-local", "loopback", "portmap"];

    [Fact]
    public void Two_packagings_in_different_directories_have_the_same_bytes()
    {
        using var comparison = new RunningProcess("diff", ["-r", release.Output, release.OtherOutput]);

        Assert.Equal("", comparison.WaitForExit().Succeeded().Stdout);
    }

    [Fact]
    public void The_checksums_belong_to_the_files()
    {
        using var node = new ScratchNode();
        foreach (var program in (string[])["sha256sum", "sha512sum"])
        {
            var sums = program.Replace("sum", "SUMS", StringComparison.Ordinal).ToUpperInvariant();
            var checkedFiles = node.Run("sh", "-ec", $"cd {release.Output}; {program} -c {sums}").Succeeded().Stdout;
            Assert.Equal(4, checkedFiles.Split(": OK\n").Length - 1);
        }
    }

    [Fact]
    public void The_archive_has_the_plugins_in_its_own_directory()
    {
        using var node = WholeNode.NewNode("tar");

        node.Run("tar", "-C", WholeNode.Bin, "-xzf", release.Archive).Succeeded();

        Assert.Equal(
            ["LICENSE", "NOTICE", "bridge", "cni-bridge", "cni-bridge-agent", "host-local", "loopback", "portmap", "sbom.spdx.json"],
            node.Files(WholeNode.Bin).Where(name => !name.Contains('/') && !name.EndsWith(".md", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        foreach (var name in (string[])[
            "man/man8/cni-bridge.8", "completions/cni-bridge.bash", "conf/10-bridge.conflist", "licenses/LGPL-2.1.txt",
            "licenses/dotnet-third-party-notices.txt"])
        {
            node.Run("test", "-s", $"{WholeNode.Bin}/{name}").Succeeded();
        }

        Assert.Equal("0 0\n", node.Run("sh", "-ec", $"stat -c '%u %g' {WholeNode.Bin}/* | sort -u").Succeeded().Stdout);
        AssertPodsPing(node);
    }

    [Fact]
    public void The_SBOM_has_the_linked_parts_and_the_checksums_of_the_programs()
    {
        using var node = new ScratchNode();
        var sbom = node.Run(
            "cat", Path.Combine(release.Output, $"cni-bridge-linux-{ReleaseFiles.Architecture}-v{ReleaseFiles.Version}.spdx.json"))
            .Succeeded().Json;
        var packages = sbom.At("packages").EnumerateArray().ToDictionary(package => package.At("name").GetString()!);

        foreach (var (name, path) in new[] { ("cni-bridge", WholeNode.Program), ("cni-bridge-agent", AgentProgram.Path) })
        {
            var sum = node.Run("sha256sum", path).Succeeded().Stdout.Split(' ')[0];
            Assert.Equal(sum, packages[name].At("checksums").EnumerateArray().Single().At("checksumValue").GetString());
        }

        Assert.All(
            ["glibc", "libgcc", "openssl", "zlib-ng", "brotli", "System.CommandLine", "Tmds.LibC", "Google.Protobuf", "YamlDotNet"],
            name => Assert.Contains(name, packages.Keys));
        Assert.Equal(
            node.Run("dpkg-query", "-W", "-f", "${Version}", $"libc6-dev:{ReleaseFiles.Architecture}").Succeeded().Stdout.Trim(),
            packages["glibc"].At("versionInfo").GetString());
        Assert.Contains(
            ("SPDXRef-cni-bridge-agent", "STATIC_LINK", "SPDXRef-openssl"),
            sbom.At("relationships").EnumerateArray().Select(item => (
                item.At("spdxElementId").GetString(), item.At("relationshipType").GetString(), item.At("relatedSpdxElement").GetString())));
    }

    [Fact]
    public void Another_version_and_a_directory_with_files_are_refused()
    {
        using var full = release.Start(PluginDirectory.RepositoryRoot, release.Output);
        Assert.Contains("is not empty: remove it first", full.WaitForExit().Stderr, StringComparison.Ordinal);

        using var other = new RunningProcess(Path.Combine(PluginDirectory.RepositoryRoot, "scripts/release"), ["99.0.0"]);
        var result = other.WaitForExit();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"is {ReleaseFiles.Version}, not 99.0.0: change it there", result.Stderr, StringComparison.Ordinal);
    }

    // Only the directory of the release is used: the node has no network.
    [Fact]
    public void The_script_installs_from_its_directory_and_pods_ping()
    {
        using var node = NewNode();

        var result = node.Run(
            "sh", $"{release.Output}/install.sh", "--agent", "--with-conf", "--pod-cidr", "10.244.1.0/24").Succeeded();

        Assert.Contains("installed cni-bridge ", result.Stdout, StringComparison.Ordinal);
        Assert.Equal(["bridge", "cni-bridge", "host-local", "loopback", "portmap"], node.Plugins());
        node.Run("/usr/local/sbin/cni-bridge-agent", "--help").Succeeded();
        AssertPodsPing(node, hasConfiguration: true);
    }

    [Fact]
    public void The_first_commands_of_the_README_make_two_pods_ping()
    {
        using var node = NewNode();

        var result = node.Run("sh", "-ec", $"cd {release.Output}; {MarkdownCode.ShellBlocks("README.md")[0]}");

        Assert.Contains("1 received, 0% packet loss", result.Stdout, StringComparison.Ordinal);
        // The last command is doctor. 2 means that it has findings, such as a node without a container runtime.
        Assert.True(result.ExitCode is 0 or 2, result.ToString());
    }

    [Fact]
    public void The_script_downloads_if_it_is_alone()
    {
        using var node = NewNode("python3", "curl");
        Copy(node);
        Assert.Contains(
            "install.sh: there is no SHA256SUMS beside this script", node.Run("sh", $"{Alone}/install.sh").Stderr,
            StringComparison.Ordinal);

        using var server = node.Start(
            "python3", ["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", release.Output, "8000"]);
        server.WaitForOutput("Serving HTTP");
        node.Run("env", "CNI_BRIDGE_URL=http://127.0.0.1:8000", "sh", $"{Alone}/install.sh").Succeeded();

        Assert.Contains("bridge", node.Plugins());
    }

    [Theory]
    [InlineData("echo >> $archive", "the checksum of cni-bridge-linux-")]
    [InlineData("rm $archive", "there is no cni-bridge-linux-")]
    [InlineData("sed -i /linux-/d SHA256SUMS", "SHA256SUMS names no archive for ")]
    [InlineData("sed -n 's/-v[0-9.]*tgz/-v99.0.tgz/p' SHA256SUMS > more; cat more >> SHA256SUMS", "SHA256SUMS names several archives for ")]
    [InlineData("printf '#!/bin/sh\necho riscv64' > uname; chmod +x uname", "there is no program for the processor \"riscv64\"")]
    public void The_script_refuses_a_damaged_release_and_changes_nothing(string damage, string words)
    {
        using var node = NewNode();
        Copy(node, $"{release.Output}/*");
        node.Run("sh", "-ec", $"cd {Alone}; archive=$(echo *.tgz); {damage}").Succeeded();

        var result = node.Run("env", $"PATH={Alone}:/usr/sbin:/usr/bin:/sbin:/bin", "sh", $"{Alone}/install.sh");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"install.sh: {words}", result.Stderr, StringComparison.Ordinal);
        Assert.Empty(node.Files(WholeNode.Bin));
    }

    // kubernetes-cni is a package with the same names, as on nodes of kubeadm.
    [Fact]
    public void The_Debian_package_replaces_the_plugins_of_another_package_and_restores_them()
    {
        using var node = NewDebian();
        Debian(node, "dpkg -i /run/kubernetes-cni.deb").Succeeded();

        Debian(node, "dpkg -i /run/cni-bridge.deb").Succeeded();
        Assert.Equal("", Debian(node, "dpkg --verify cni-bridge").Succeeded().Stdout);
        var version = Debian(node, "cni-bridge version").Succeeded().Stdout;
        Assert.StartsWith($"cni-bridge {ReleaseFiles.Version}", version, StringComparison.Ordinal);
        Assert.All(s_roles, role => Assert.Equal("cni-bridge\n", Debian(node, $"readlink /opt/cni/bin/{role}").Stdout));
        Debian(node, "cni-bridge-agent --help").Succeeded();
        Debian(node, "! find /etc/systemd -name '*cni-bridge*' | grep .").Succeeded();
        Debian(node, "grep -q ^ExecStart=/usr/sbin/cni-bridge-agent /lib/systemd/system/cni-bridge-agent.service").Succeeded();

        // A new version of either package leaves our plugins in place.
        Debian(node, "dpkg -i /run/kubernetes-cni.deb").Succeeded();
        Debian(node, "dpkg -i /run/newer.deb").Succeeded();
        Assert.All(s_roles, role => Assert.Equal("cni-bridge\n", Debian(node, $"readlink /opt/cni/bin/{role}").Stdout));

        Debian(node, "mkdir -p /var/lib/cni-bridge; echo > /var/lib/cni-bridge/operations.log; dpkg -r cni-bridge").Succeeded();
        Assert.Equal("the plugin bridge\n", Debian(node, "/opt/cni/bin/bridge").Succeeded().Stdout);
        Assert.Equal("the plugin portmap\n", Debian(node, "/opt/cni/bin/portmap").Succeeded().Stdout);
        Assert.Equal("bridge host-local loopback portmap\n", Debian(node, "cd /opt/cni/bin; echo *").Stdout);
        Debian(node, "test -e /var/lib/cni-bridge/operations.log").Succeeded();
        Debian(node, "dpkg -P cni-bridge").Succeeded();
        Debian(node, "! test -e /var/lib/cni-bridge").Succeeded();
        Assert.Equal("", Debian(node, "dpkg-divert --list '/opt/cni/*'").Succeeded().Stdout);
        Assert.Equal("", Debian(node, "dpkg --verify kubernetes-cni").Succeeded().Stdout);
    }

    [Fact]
    public void The_Debian_package_keeps_plugins_that_belong_to_no_package()
    {
        using var node = NewDebian();
        Debian(node, "mkdir -p /opt/cni/bin; echo old > /opt/cni/bin/bridge; echo other > /opt/cni/bin/macvlan").Succeeded();

        Debian(node, "dpkg -i /run/cni-bridge.deb").Succeeded();
        Assert.Equal("cni-bridge\n", Debian(node, "readlink /opt/cni/bin/bridge").Stdout);
        // The first plugin is installed again if the package is only removed and comes back.
        Debian(node, "dpkg -r cni-bridge && dpkg -i /run/cni-bridge.deb && dpkg -P cni-bridge").Succeeded();

        Assert.Equal("bridge macvlan\n", Debian(node, "cd /opt/cni/bin; echo *").Stdout);
        Assert.Equal("old\nother\n", Debian(node, "cat /opt/cni/bin/bridge /opt/cni/bin/macvlan").Stdout);
    }

    static ScratchNode NewNode(params string[] programs)
    {
        var node = WholeNode.NewNode(programs);
        node.Cover("/usr/local");
        return node;
    }

    void Copy(ScratchNode node, string? files = null) =>
        node.Run("sh", "-ec", $"mkdir {Alone}; cp {files ?? $"{release.Output}/install.sh"} {Alone}").Succeeded();

    /// <summary>Pings between two pods of a network with the plugins in /opt/cni/bin.</summary>
    static void AssertPodsPing(ScratchNode node, bool hasConfiguration = false)
    {
        const string program = $"{WholeNode.Bin}/cni-bridge";
        if (!hasConfiguration)
        {
            node.WriteFile("/etc/cni/net.d/10-podnet.conf", Configurations.Plain);
        }

        foreach (var pod in (string[])["a", "b"])
        {
            node.AddPod(pod);
            node.Run(program, "add", pod, $"/run/netns/{pod}").Succeeded();
        }

        var address = node.IpJsonInPod("b", "-4", "address", "show", "eth0")[0]
            .At("addr_info").EnumerateArray().First().At("local").GetString()!;
        node.AssertPodReaches("a", address);
    }

    /// <summary>Returns a node with a root directory that is this machine's with its own changes, and the packages in its /run.</summary>
    ScratchNode NewDebian()
    {
        var node = WholeNode.NewNode("dpkg", "chroot");
        var mounted = node.Run("sh", "-c", $$"""
            set -e
            mkdir {{ScratchNode.Directory}}/layers
            cd {{ScratchNode.Directory}}/layers
            mount -t tmpfs tmpfs .
            cd {{ScratchNode.Directory}}/layers
            mkdir upper work root
            mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
            mount --bind /proc root/proc
            mount --bind /dev root/dev
            mount -t tmpfs tmpfs root/run
            rm -rf root/opt/cni root/var/lib/cni-bridge
            """);
        if (mounted.ExitCode != 0)
        {
            node.Dispose();
            Assert.Skip($"no overlay of the root directory here: {mounted.Stderr}");
        }

        node.Run("sh", "-ec", $$"""
            cp {{release.Package}} {{Root}}/run/cni-bridge.deb
            cd {{Root}}/run
            dpkg-deb -R cni-bridge.deb newer
            sed -i 's/^Version: /&99./' newer/DEBIAN/control
            dpkg-deb --root-owner-group -Znone -b newer newer.deb
            mkdir -p other/DEBIAN other/opt/cni/bin
            for role in {{string.Join(' ', s_roles)}}; do
                printf '#!/bin/sh\necho the plugin %s\n' $role > other/opt/cni/bin/$role
            done
            chmod -R 755 other
            printf '%s\n' 'Package: kubernetes-cni' 'Version: 1' 'Architecture: all' 'Maintainer: test <test@invalid>' 'Description: test' \
                > other/DEBIAN/control
            (cd other && md5sum opt/cni/bin/* > DEBIAN/md5sums)
            dpkg-deb --root-owner-group -b other kubernetes-cni.deb
            """).Succeeded();
        return node;
    }

    static CommandResult Debian(ScratchNode node, string command) =>
        node.Run("env", "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "chroot", Root, "sh", "-c", command);
}
