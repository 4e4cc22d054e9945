using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>
/// Tests of the text of results with every key. The order of keys is that of the Go plugins: before 1.0.0 that of libcni's types, later
/// sorted.
/// </summary>
public sealed class ResultTextTests
{
    static readonly CniResult s_full = new()
    {
        Interfaces =
        [
            new CniInterface("eth0", "02:00:00:00:00:03", "/run/netns/pod1")
            {
                Mtu = 1500,
                SocketPath = "/run/vhost.sock",
                PciId = "0000:00:1f.6",
            },
        ],
        Ips =
        [
            new CniIp(Cidr.Parse("10.1.2.5/24"), IpAddress.Parse("10.1.2.1"), 0),
            new CniIp(Cidr.Parse("fd00::5/64"), IpAddress.Parse("fd00::1"), 0),
        ],
        Routes =
        [
            new CniRoute(Cidr.Parse("10.9.0.0/16"), IpAddress.Parse("10.1.2.3"))
            {
                Mtu = 1400,
                AdvertisedMss = 1360,
                Priority = 4294967295,
                Table = 100,
                Scope = 0,
            },
        ],
        Dns = new CniDns
        {
            Nameservers = ["10.0.0.53", "fd00::53"],
            Domain = "cluster.local",
            Search = ["b.local", "a.local"],
            Options = ["ndots:5"],
        },
    };

    const string ByFamily = """
        {
            "cniVersion": "0.2.0",
            "ip4": {
                "ip": "10.1.2.5/24",
                "gateway": "10.1.2.1",
                "routes": [
                    {
                        "dst": "10.9.0.0/16",
                        "gw": "10.1.2.3"
                    }
                ]
            },
            "ip6": {
                "ip": "fd00::5/64",
                "gateway": "fd00::1"
            },
            "dns": {
                "nameservers": [
                    "10.0.0.53",
                    "fd00::53"
                ],
                "domain": "cluster.local",
                "search": [
                    "b.local",
                    "a.local"
                ],
                "options": [
                    "ndots:5"
                ]
            }
        }
        """;

    const string Old = """
        {
            "cniVersion": "0.4.0",
            "interfaces": [
                {
                    "name": "eth0",
                    "mac": "02:00:00:00:00:03",
                    "sandbox": "/run/netns/pod1"
                }
            ],
            "ips": [
                {
                    "version": "4",
                    "interface": 0,
                    "address": "10.1.2.5/24",
                    "gateway": "10.1.2.1"
                },
                {
                    "version": "6",
                    "interface": 0,
                    "address": "fd00::5/64",
                    "gateway": "fd00::1"
                }
            ],
            "routes": [
                {
                    "dst": "10.9.0.0/16",
                    "gw": "10.1.2.3",
                    "mtu": 1400,
                    "advmss": 1360,
                    "priority": 4294967295,
                    "table": 100,
                    "scope": 0
                }
            ],
            "dns": {
                "nameservers": [
                    "10.0.0.53",
                    "fd00::53"
                ],
                "domain": "cluster.local",
                "search": [
                    "b.local",
                    "a.local"
                ],
                "options": [
                    "ndots:5"
                ]
            }
        }
        """;

    const string New = """
        {
            "cniVersion": "1.0.0",
            "dns": {
                "domain": "cluster.local",
                "nameservers": [
                    "10.0.0.53",
                    "fd00::53"
                ],
                "options": [
                    "ndots:5"
                ],
                "search": [
                    "b.local",
                    "a.local"
                ]
            },
            "interfaces": [
                {
                    "mac": "02:00:00:00:00:03",
                    "mtu": 1500,
                    "name": "eth0",
                    "pciID": "0000:00:1f.6",
                    "sandbox": "/run/netns/pod1",
                    "socketPath": "/run/vhost.sock"
                }
            ],
            "ips": [
                {
                    "address": "10.1.2.5/24",
                    "gateway": "10.1.2.1",
                    "interface": 0
                },
                {
                    "address": "fd00::5/64",
                    "gateway": "fd00::1",
                    "interface": 0
                }
            ],
            "routes": [
                {
                    "advmss": 1360,
                    "dst": "10.9.0.0/16",
                    "gw": "10.1.2.3",
                    "mtu": 1400,
                    "priority": 4294967295,
                    "scope": 0,
                    "table": 100
                }
            ]
        }
        """;

    static string Write(CniResult result, string version) => Encoding.UTF8.GetString(CniResultWriter.Write(result, version));

    [Theory]
    [InlineData("0.1.0", "0.2.0", ByFamily)]
    [InlineData("0.2.0", "0.2.0", ByFamily)]
    [InlineData("0.3.0", "0.4.0", Old)]
    [InlineData("0.3.1", "0.4.0", Old)]
    [InlineData("0.4.0", "0.4.0", Old)]
    [InlineData("1.0.0", "1.0.0", New)]
    [InlineData("1.1.0", "1.0.0", New)]
    public void Every_key_is_written_in_its_order(string version, string shape, string text) =>
        Assert.Equal(text.Replace($"\"{shape}\"", $"\"{version}\"", StringComparison.Ordinal), Write(s_full, version));

    // Empty values are omitted, except dns before 1.0.0.
    [Theory]
    [InlineData("0.2.0", "{\n    \"cniVersion\": \"0.2.0\",\n    \"ip4\": {\n        \"ip\": \"10.1.2.5/24\"\n    },\n    \"dns\": {}\n}")]
    [InlineData("0.4.0", "{\n    \"cniVersion\": \"0.4.0\",\n    \"ips\": [\n        {\n            \"version\": \"4\",\n" +
        "            \"address\": \"10.1.2.5/24\"\n        }\n    ],\n    \"dns\": {}\n}")]
    [InlineData("1.0.0", "{\n    \"cniVersion\": \"1.0.0\",\n    \"ips\": [\n        {\n" +
        "            \"address\": \"10.1.2.5/24\"\n        }\n    ]\n}")]
    public void Empty_values_are_not_written(string version, string text) =>
        Assert.Equal(text, Write(new CniResult { Ips = [new CniIp(Cidr.Parse("10.1.2.5/24"), null, null)] }, version));
}
