using System.Globalization;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;

namespace CniBridge.Linux.Tests;

[Collection(NamespaceTests.Name)]
public sealed class LivingNamespacesTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>
{
    /// <summary>
    /// A script for a private mount namespace: it mounts a namespace on "/mnt/a b/net" in an empty /mnt and prints its name.
    /// </summary>
    const string MountOne = """
        mount -t tmpfs tmpfs /mnt && mkdir '/mnt/a b' && touch '/mnt/a b/net' &&
        name=$(unshare --net="/mnt/a b/net" readlink /proc/self/ns/net) && echo $name
        """;

    static Dictionary<string, string> List()
    {
        var found = new Dictionary<string, string>();
        LivingNamespaces.Visit(one =>
        {
            found.Add(one.GetIdentity(), one.Path);
            return true;
        });
        return found;
    }

    /// <summary>Runs a script in a private mount namespace that stays after the last line.</summary>
    static HelperProgram Hold(string script) => HelperProgram.Start(
        "unshare", "--mount", "--propagation", "private", "sh", "-c", $"{script} && read line");

    /// <summary>Reads the next line of the program, the name of a namespace, and returns its identity.</summary>
    static string ReadIdentity(HelperProgram holder)
    {
        var name = holder.ReadLine();
        Assert.SkipWhen(string.IsNullOrEmpty(name), "mounting is not allowed here");
        using var own = NetworkNamespace.Open("/proc/self/ns/net");
        return $"{own.GetIdentity()[..own.GetIdentity().LastIndexOf(':')]}:{name["net:[".Length..^1]}";
    }

    [Fact]
    public void Namespaces_of_processes_are_found_including_the_own_one()
    {
        using var pod = scratch.Open();
        using var own = NetworkNamespace.Open("/proc/self/ns/net");
        var found = List();
        Assert.Contains(pod.GetIdentity(), found.Keys);
        Assert.Contains(own.GetIdentity(), found.Keys);
    }

    [Fact]
    public void The_visitor_can_end_the_visit()
    {
        _ = scratch.Path;
        var visits = 0;
        LivingNamespaces.Visit(_ => ++visits < 2);
        Assert.Equal(2, visits);
    }

    // The setup is that of a runtime: no process is in the namespace, and the mount is in another mount namespace.
    [Fact]
    public void A_namespace_that_is_only_mounted_is_found()
    {
        _ = scratch.Path;
        using var holder = Hold(MountOne);
        var identity = ReadIdentity(holder);
        var path = List()[identity];
        Assert.Equal($"/proc/{holder.Id}/root/mnt/a b/net", path);
        Assert.Equal(identity, SmallFile.IdentityOf(path));
    }

    // umount(8) says EBUSY while a file of the mount is open.
    [Fact]
    public void A_visited_namespace_can_be_unmounted()
    {
        _ = scratch.Path;
        using var holder = Hold(MountOne);
        var identity = ReadIdentity(holder);
        (int? ExitCode, string Output) result = default;
        LivingNamespaces.Visit(one =>
        {
            if (one.GetIdentity() == identity)
            {
                result = HelperProgram.Run("", "nsenter", $"--mount=/proc/{holder.Id}/ns/mnt", "umount", "/mnt/a b/net");
                Assert.Equal(1, one.Run(() => Directory.GetDirectories("/proc/sys/net/ipv4/conf", "lo").Length));
            }
            return true;
        });
        Assert.Equal((0, ""), result);
    }

    [Fact]
    public void A_visit_keeps_no_descriptors_open()
    {
        _ = scratch.Path;
        using var holder = Hold(MountOne + "; for i in 1 2 3 4 5 6 7 8; do touch /mnt/$i; unshare --net=/mnt/$i true; done; echo");
        ReadIdentity(holder);
        holder.ReadLine();
        // Finalizers of earlier tests must not close descriptors during the count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var counts = new List<int>();
        LivingNamespaces.Visit(_ =>
        {
            counts.Add(Directory.GetFiles("/proc/self/fd").Length);
            return true;
        });
        Assert.True(counts.Count >= 10);
        // The list of processes, a mount table, a root directory and the namespace.
        Assert.InRange(counts.Max() - counts.Min(), 0, 4);
    }

    // A mount point may contain anything, such as another mount that the process chooses.
    [Theory]
    [InlineData("mkdir '/mnt/a b' && ln -s TARGET '/mnt/a b/net'")]
    [InlineData("ln -s TARGET.d '/mnt/a b'")]
    [InlineData("mkdir '/mnt/a b' && mknod '/mnt/a b/net' c 0 0")]
    [InlineData("mkdir '/mnt/a b' && mkfifo '/mnt/a b/net'")]
    [InlineData("mkdir -p '/mnt/a b/net'")]
    [InlineData("true")]
    public void A_hidden_mount_is_skipped_and_others_are_opened(string hide)
    {
        _ = scratch.Path;
        using var target = new WatchedFile();
        var script = MountOne + $"""
             && mount -t tmpfs tmpfs /media && touch /media/net &&
            name=$(unshare --net=/media/net readlink /proc/self/ns/net) && echo $name &&
            mount -t tmpfs -o nodev tmpfs /mnt && {hide.Replace("TARGET", target.Path, StringComparison.Ordinal)} && echo done
            """;
        using var holder = Hold(script);
        var hidden = ReadIdentity(holder);
        var second = ReadIdentity(holder);
        Assert.Equal("done", holder.ReadLine());
        var found = List();
        Assert.DoesNotContain(hidden, found.Keys);
        Assert.Contains(second, found.Keys);
        Assert.False(target.WasOpened());
    }

    // A user who is root in a user namespace can mount anything, and as much as wanted.
    [Fact]
    public void Mounts_of_other_user_namespaces_are_skipped()
    {
        _ = scratch.Path;
        using var target = new WatchedFile();
        var script = MountOne + $" && mount -t tmpfs tmpfs '/mnt/a b' && ln -s {target.Path} '/mnt/a b/net' && echo done && read line";
        using var holder = HelperProgram.Start(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user", "--map-root-user", "--mount", "--net", "sh",
                "-c", script);
        var hidden = ReadIdentity(holder);
        Assert.Equal("done", holder.ReadLine());
        using var pod = scratch.Open();
        var found = List();
        Assert.DoesNotContain(hidden, found.Keys);
        Assert.Contains(pod.GetIdentity(), found.Keys);
        Assert.False(target.WasOpened());
    }

    // Each recursive bind mount doubles the number.
    [Fact]
    public void A_table_of_thirty_thousand_mounts_costs_no_memory()
    {
        _ = scratch.Path;
        using var holder = Hold(MountOne + """
             && mkdir /mnt/many && mount -t tmpfs tmpfs /mnt/many && cd /mnt/many && mkdir 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 &&
            for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do mount --rbind /mnt/many /mnt/many/$i || exit 1; done;
            touch /mnt/last; name=$(unshare --net=/mnt/last readlink /proc/self/ns/net); echo $name; wc -l < /proc/self/mountinfo
            """);
        var first = ReadIdentity(holder);
        var last = ReadIdentity(holder);
        Assert.InRange(int.Parse(holder.ReadLine()!, CultureInfo.InvariantCulture), 30_000, 100_000);
        List();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = List();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        Assert.Contains(first, found.Keys);
        Assert.Contains(last, found.Keys);
    }
}
