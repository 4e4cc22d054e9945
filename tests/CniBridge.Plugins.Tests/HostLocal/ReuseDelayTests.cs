using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class ReuseDelayTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    CniRequest Request(string id, string reuseDelay)
    {
        var request = Requests.Make($$"""
            {"ipam": {"type": "host-local", "dataDir": "{{_root["data"]}}", "stateDir": "{{_root["state"]}}",
            "subnet": "10.0.0.0/29", "reuseDelay": {{reuseDelay}} } }
            """);
        return request with { Environment = request.Environment with { ContainerId = id } };
    }

    string Add(string id, string reuseDelay = "30")
    {
        using var undo = new Rollback(TextWriter.Null);
        var result = HostLocalAddresses.ForAdd(Request(id, reuseDelay), CniArgs.Parse(""), AttachmentNetwork.None).Allocate(undo);
        undo.Cancel();
        return result.Ips[0].Address.ToString();
    }

    void Delete(string id, string reuseDelay = "30") =>
        HostLocalAddresses.ForDelete(Request(id, reuseDelay), AttachmentNetwork.None).Release();

    string[] Releases() => [.. Directory.EnumerateFiles(_root["state"], "10.*", SearchOption.AllDirectories)];

    void Age(string address, int seconds) => File.SetLastWriteTimeUtc(
        Releases().Single(path => Path.GetFileName(path) == address), DateTime.UtcNow.AddSeconds(-seconds));

    [Fact]
    public void A_released_address_is_delayed_while_others_are_free()
    {
        for (var i = 2; i <= 6; i++)
            Assert.Equal($"10.0.0.{i}/29", Add($"pod{i}"));
        Delete("pod3");
        Delete("pod5");
        Age("10.0.0.5", 31);
        // 10.0.0.3 would be the next address.
        Assert.Equal("10.0.0.5/29", Add("new"));
        Assert.Equal(["10.0.0.3"], Releases().Select(Path.GetFileName));
    }

    [Fact]
    public void If_all_free_addresses_are_delayed_the_first_released_one_is_assigned()
    {
        for (var i = 2; i <= 6; i++)
            Add($"pod{i}");
        foreach (var i in (int[])[3, 4, 5])
            Delete($"pod{i}");
        Age("10.0.0.3", 5);
        Age("10.0.0.4", 9);
        Age("10.0.0.5", 7);
        Assert.Equal(["10.0.0.4/29", "10.0.0.5/29", "10.0.0.3/29"], [Add("a"), Add("b"), Add("c")]);
        Assert.Empty(Releases());
    }

    // A wrong clock must not block an address for years.
    [Fact]
    public void A_release_time_in_the_future_does_not_count()
    {
        for (var i = 2; i <= 6; i++)
            Add($"pod{i}");
        Delete("pod3");
        Delete("pod4");
        Age("10.0.0.4", 5);
        Age("10.0.0.3", -100);
        Assert.Equal("10.0.0.3/29", Add("new"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("null")]
    public void Without_reuseDelay_no_release_time_is_recorded(string reuseDelay)
    {
        Add("pod", reuseDelay);
        Delete("pod", reuseDelay);
        Assert.Empty(Releases());
    }

    // The address is released with any content of the file.
    [Theory]
    [InlineData("-1")]
    [InlineData("86401")]
    [InlineData("\"30\"")]
    public void An_invalid_number_of_seconds_fails_ADD_but_not_DEL(string reuseDelay)
    {
        Add("pod");
        Assert.Throws<CniException>(() => Add("new", reuseDelay));
        Delete("pod", reuseDelay);
        Assert.False(File.Exists(Path.Combine(_root["data/pods"], "10.0.0.2")));
    }

    [Fact]
    public void An_address_is_released_even_if_its_release_time_cannot_be_written()
    {
        Add("pod");
        var index = Directory.EnumerateDirectories(_root["state"]).Single();
        File.WriteAllText(Path.Combine(index, ".released"), "a file where a directory belongs");
        Delete("pod");
        Assert.False(File.Exists(Path.Combine(_root["data/pods"], "10.0.0.2")));
    }
}
