using System.Globalization;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// Thousands of calls of host-local, by Go and our plugin, from several processes on one store. Each process is a shell with its own
/// containers. A pod with a new address creates a file with its name, which fails if another pod has the address.
/// </summary>
sealed class MixedStoreStorm(ScratchNode node)
{
    const string Ipam = "\"subnet\": \"10.88.0.0/24\", \"rangeStart\": \"10.88.0.10\", \"rangeEnd\": \"10.88.0.39\"";

    /// <summary>The number of containers per shell. It exceeds the shell's share of the range, so that the range fills.</summary>
    const int Containers = 14;

    // The script reads lines VERB CONTAINER DIRECTORY. It uses only built-in commands, because each program would cost as much as the
    // plugin.
    const string Worker = """
        cd /run/node
        export CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin CNI_NETNS=/run/netns/storm CNI_COMMAND CNI_CONTAINERID
        added=0 full=0
        while read -r CNI_COMMAND CNI_CONTAINERID directory; do
          has=
          if [ -e has/$CNI_CONTAINERID ]; then read -r has < has/$CNI_CONTAINERID; fi
          if [ $CNI_COMMAND = DEL ] && [ -n "$has" ]; then rm has/$CNI_CONTAINERID held/$has; fi
          "$directory/host-local" < config > out.$1 2> error.$1
          code=$?
          case $CNI_COMMAND$code in
            DEL0) ;;
            CHECK0) [ -n "$has" ] || echo "$directory finds $CNI_CONTAINERID" ;;
            CHECK*) [ -z "$has" ] || echo "$directory does not find $CNI_CONTAINERID" ;;
            ADD0)
              added=$((added + 1))
              [ -z "$has" ] || echo "$directory gives $CNI_CONTAINERID a second address"
              while read -r key value; do
                case $key in '"address":') address=${value#'"'} address=${address%%/*} ;; esac
              done < out.$1
              (set -C; echo $CNI_CONTAINERID > held/$address) || echo "$directory gives $address a second time"
              echo $address > has/$CNI_CONTAINERID ;;
            ADD*)
              while read -r line; do
                case $line in
                  *"no IP addresses available"*) full=$((full + 1)); code=full ;;
                  *"duplicate allocation"*) [ -z "$has" ] || code=known ;;
                esac
              done < out.$1
              case $code in full|known) ;; *) echo "$directory ADD $CNI_CONTAINERID"; cat out.$1 ;; esac ;;
            *) echo "$directory $CNI_COMMAND $CNI_CONTAINERID: $code"; cat out.$1 ;;
          esac
        done < calls.$1
        echo $added $full > sums.$1
        """;

    /// <summary>Runs a number of concurrent shells with a number of calls each.</summary>
    /// <returns>The numbers of ADDs that got an address, and of ADDs that failed with a full range.</returns>
    public (int Added, int Full) Run(int seed, int shells, int callsEach)
    {
        var random = new Random(seed);
        node.WriteFile($"{ScratchNode.Directory}/config", Config.HostLocal(Ipam));
        node.Run("mkdir", "-p", $"{ScratchNode.Directory}/has", $"{ScratchNode.Directory}/held").Succeeded();
        for (var shell = 0; shell < shells; shell++)
        {
            node.WriteFile(PathOf("calls", shell), string.Concat(Enumerable.Range(0, callsEach).Select(_ => Draw(random, shell))));
        }

        var results = new CommandResult[shells];
        Parallel.For(0, shells, new ParallelOptions { MaxDegreeOfParallelism = shells },
            shell => results[shell] = node.Run("sh", "-c", Worker, "sh", $"{shell}"));
        Assert.All(results, result => Assert.Equal("", result.Succeeded().Stdout));
        var sums = Enumerable.Range(0, shells).Select(shell => File.ReadAllText(node.FromOutside(PathOf("sums", shell))).Split(' '))
            .ToList();
        return (sums.Sum(sum => Number(sum[0])), sums.Sum(sum => Number(sum[1])));
    }

    /// <summary>Returns the addresses that containers hold, with their containers.</summary>
    public Dictionary<string, string> Held() => new DirectoryInfo(node.FromOutside($"{ScratchNode.Directory}/held")).EnumerateFiles()
        .ToDictionary(file => file.Name, file => File.ReadAllText(file.FullName).TrimEnd());

    /// <summary>Runs DEL for all containers, alternately with both plugins.</summary>
    public void DeleteAll()
    {
        var isGo = false;
        foreach (var container in Held().Values)
        {
            isGo = !isGo;
            (node.Container(isGo, Ipam, 0) with { ContainerId = container }).Del().Succeeded();
        }
    }

    static string PathOf(string kind, int shell) => string.Create(CultureInfo.InvariantCulture, $"{ScratchNode.Directory}/{kind}.{shell}");

#pragma warning disable CA5394 // A test that can be repeated is what a known seed is for.
    static string Draw(Random random, int shell)
    {
        var verb = random.Next(100) switch { < 48 => "ADD", < 90 => "DEL", _ => "CHECK" };
        var directory = MixedNode.Directory(random.Next(2) == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{verb} c{shell}-{random.Next(Containers)} {directory}\n");
    }
#pragma warning restore CA5394

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
