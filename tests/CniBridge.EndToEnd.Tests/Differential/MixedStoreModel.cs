using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// Random calls of host-local, alternately by Go and our plugin, on a range of 24 addresses with a model of the store. Sequential calls
/// must return exactly the next address, and concurrent calls must return different ones.
/// </summary>
/// <param name="prefix">The text before the last number of an address, such as 10.88.0. or fd00:88::</param>
/// <param name="length">The subnet's prefix length.</param>
sealed class MixedStoreModel(ScratchNode node, int seed, string prefix, int length)
{
    const int First = 10;
    const int Last = 33;
    const int AtOnce = 6;

    readonly Random random = new(seed);
    readonly bool isIpv6 = PodNetwork.IsIpv6(prefix);
    readonly Dictionary<int, string> holders = [];
    int lastReserved = Last;
    int containers;

    public int Calls { get; private set; }

    public int TimesFull { get; private set; }

    public IEnumerable<KeyValuePair<string, string>> ExpectedFiles() => holders
        .Select(holder => KeyValuePair.Create(holder.Value, Content(holder.Key)))
        .OrderBy(file => file.Key, StringComparer.Ordinal);

    public void CallOne()
    {
        Calls++;
        // Slightly more containers are added than deleted, so that the range fills up.
        if (holders.Count > 0 && Draw(100) < 45)
        {
            Release(AnyHolder());
            return;
        }

        var container = ++containers;
        var answer = Container(container).Add();
        if (NextFree() is not { } next)
        {
            TimesFull++;
            Assert.True(answer.ExitCode != 0, $"the range is full, seed {seed}: {answer}");
            return;
        }

        Assert.Equal(Address(next), answer.Succeeded().Json.Address());
        Remember(container, Address(next));
        lastReserved = next;
    }

    /// <summary>Adds and deletes containers at the same time. The number of new ones always fits into the range.</summary>
    public void CallManyAtOnce()
    {
        var leaving = holders.Keys.Order().Take(Draw(AtOnce)).Select(Container).ToList();
        var room = Last - First + 1 - holders.Count;
        var coming = Enumerable.Range(containers + 1, Math.Min(room, AtOnce)).ToList();
        containers += coming.Count;
        Calls += leaving.Count + coming.Count;

        // The containers are drawn before the parallel calls, so that the seed determines the called implementation.
        var calls = coming.ConvertAll(Container);
        var answers = new CommandResult[calls.Count];
        Parallel.Invoke(
            () => Parallel.For(0, calls.Count, index => answers[index] = calls[index].Add()),
            () => Parallel.ForEach(leaving, call => call.Del().Succeeded()));

        var given = answers.Select(answer => answer.Succeeded().Json.Address()).ToList();
        Assert.Equal(given.Count, given.Distinct().Count());
        foreach (var call in leaving)
        {
            holders.Remove(ContainerNumberOf(call.ContainerId));
        }

        for (var index = 0; index < given.Count; index++)
        {
            Remember(coming[index], given[index]);
        }

        ReadMarker(given);
    }

    void Release(int container)
    {
        Container(container).Del().Succeeded();
        holders.Remove(container);
    }

    void Remember(int container, string address)
    {
        Assert.DoesNotContain(address, holders.Values);
        holders[container] = address;
    }

    /// <summary>Reads the marker, which has the address of the last of the concurrent calls.</summary>
    void ReadMarker(List<string> given)
    {
        if (given.Count > 0)
        {
            var marker = node.Files()["last_reserved_ip.0"];
            Assert.Contains(marker, given);
            lastReserved = NumberOf(marker);
        }
    }

    /// <summary>Returns the first free address after the last assigned one, with wrap-around.</summary>
    int? NextFree()
    {
        const int Size = Last - First + 1;
        return Enumerable.Range(1, Size)
            .Select(step => (int?)(First + ((lastReserved - First + step) % Size)))
            .FirstOrDefault(number => !holders.ContainsValue(Address(number!.Value)));
    }

    PluginCall Container(int container) => node.Container(Draw(2) == 0, Ipam, container);

    string Ipam => string.Create(CultureInfo.InvariantCulture,
        $"\"subnet\": \"{prefix}{(isIpv6 ? "" : "0")}/{length}\", \"rangeStart\": \"{Address(First)}\", \"rangeEnd\": \"{Address(Last)}\"");

    int AnyHolder() => holders.Keys.Order().ElementAt(Draw(holders.Count));

#pragma warning disable CA5394 // A test that can be repeated is what a known seed is for.
    int Draw(int limit) => random.Next(limit);
#pragma warning restore CA5394

    static string Content(int container) =>
        string.Create(CultureInfo.InvariantCulture, $"container-{container}\r\neth0");

    string Address(int number) => prefix + number.ToString(isIpv6 ? "x" : "d", CultureInfo.InvariantCulture);

    int NumberOf(string address) =>
        int.Parse(address[prefix.Length..], isIpv6 ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture);

    static int ContainerNumberOf(string container) => int.Parse(container.Split('-')[^1], CultureInfo.InvariantCulture);
}
