namespace CniBridge.Linux.Tests;

[Collection(NamespaceTests.Name)]
public sealed class LivingNamespacesTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>
{
    static HashSet<string> List()
    {
        var found = LivingNamespaces.OpenAll();
        try
        {
            var identities = found.ConvertAll(one => one.GetIdentity());
            Assert.Equal(identities.Count, identities.Distinct().Count());
            return [.. identities];
        }
        finally
        {
            found.ForEach(one => one.Dispose());
        }
    }

    [Fact]
    public void Those_of_processes_are_found_ones_own_among_them()
    {
        using var pod = scratch.Open();
        using var own = NetworkNamespace.Open("/proc/self/ns/net");
        var found = List();
        Assert.Contains(pod.GetIdentity(), found);
        Assert.Contains(own.GetIdentity(), found);
    }

    // As a runtime's: nobody is in it, and the mount is in a mount namespace that we are not in.
    [Fact]
    public void One_that_is_only_mounted_somewhere_is_found()
    {
        _ = scratch.Path;
        const string script = """
            mount -t tmpfs tmpfs /mnt && mkdir '/mnt/a b' && touch '/mnt/a b/net' &&
            unshare --net="/mnt/a b/net" readlink /proc/self/ns/net && read line
            """;
        using var holder = HelperProgram.Start("unshare", "--mount", "--propagation", "private", "sh", "-c", script);
        var name = holder.ReadLine();
        Assert.SkipWhen(string.IsNullOrEmpty(name), "mounting is not allowed here");
        Assert.Contains(List(), identity => $"net:[{identity.Split(':')[2]}]" == name);
    }
}
