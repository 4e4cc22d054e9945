namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>Values with a meaning in some place, and values that break careless code.</summary>
static class FuzzValues
{
    /// <summary>Valid and nearly valid JSON values.</summary>
    internal static string[] Json { get; } =
    [
        "null", "true", "false", "0", "1", "-1", "65535", "65536", "2147483647", "2147483648", "-2147483649", "4294967296",
            "9223372036854775808",
        "1.5", "1e3", "1e999", "-0", "01", "+1", "NaN", "0x10", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\":null}", "[[[[[[]]]]]]",
        "\"\"", "\"x\"", "\"true\"", "\"auto\"", "\"1500\"", "\"bridge\"", "\"host-local\"", "\"static\"", "\"dhcp\"", "\"portmap\"",
            "\"nftables\"",
        "\"10.1.0.0/24\"", "\"10.1.0.0/33\"", "\"10.1.0.7/24\"", "\"10.1.0.5\"", "\"0.0.0.0/0\"", "\"255.255.255.255\"", "\"256.1.1.1\"",
            "\"::/0\"", "\"::1\"",
        "\"fd00::/64\"", "\"fd00::5\"", "\"::ffff:10.1.0.5\"", "\"::ffff:10.1.0.0/120\"", "\"fe80::1%eth0\"", "\"10.1.0.9-10.1.0.3\"",
        "\"02:00:5e:00:53:01\"", "\"ff:ff:ff:ff:ff:ff\"", "\"0.1.0\"", "\"0.2.0\"", "\"0.3.1\"", "\"0.4.0\"", "\"1.0.0\"", "\"1.1.0\"",
            "\"9.9.9\"", "\"1.0.0.0\"",
        "\"../x\"", "\"/\"", "\"..\"", "\"a/b\"", "\"%s%n\"", "\"$(reboot)\"", "\"a b\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"",
            "\"\\u001b[2J\"", "\"é漢😀\"",
        "\"eth0\"", "\"sixteen-bytes---\"", "\"tcp\"", "\"sctp\"", "[\"10.1.0.5\",\"10.1.0.5\"]", "[{\"subnet\":\"10.1.0.0/24\"}]",
            "{\"dst\":\"0.0.0.0/0\"}",
        "{\"a\":1,\"a\":2}", "\"" + new string('x', 300) + "\"", "[" + string.Join(',', Enumerable.Repeat("{}", 300)) + "]",
        new string('[', 70) + new string(']', 70), "\"\\x\"", "\"unterminated", "'x'", "nul", "// x", ",",
    ];

    /// <summary>Names and texts of the environment.</summary>
    internal static string[] Environment { get; } =
    [
        "", " ", "x", "eth0", "lo", "pod1", "-rf", "--help", "..", ".", "/", "../../etc", "a/b", "a:b", "a b", "a%d", "é",
        "😀", "\u001b[2J", "\n", "a\r\nb", "\u007f", "\u009b",
        new string('x', 15), new string('x', 16), new string('x', 255), new string('x', 256), new string('x', 5000),
        "ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION", "add", "ADD ", "UPDATE",
        "/some/netns/path", "/proc/self/ns/net", "/proc/self/ns/mnt", "/proc/1/ns/net", "/dev/null", "/proc", "//",
        "IP=10.1.0.5", "IP=10.1.0.5/24", "IP=x", "IP=", "MAC=02:00:5e:00:53:01", "MAC=x", "IgnoreUnknown=1", "IgnoreUnknown=maybe",
            "IgnoreUnknown=1;FOO=BAR",
        "K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=shop;IgnoreUnknown=true", "A", "=", ";", "A=B=C", "A=B;;C=D", "GATEWAY=10.1.0.1", "1", "true",
            "TRUE", "0",
    ];

    /// <summary>The bytes that replace others.</summary>
    internal static ReadOnlySpan<byte> Bytes => "{}[]\",:\\ue0159.+- \r\n\ttfn\0\x01\x1b\x7f\u00e9\ufeff"u8;
}
