namespace CniBridge.Lab;

/// <summary>A small server in a pod that returns the source address of each client.</summary>
static class WebServer
{
    const string Directory = "/run/www", Page = "cgi-bin/who";

    public static void Start(Machine machine, string pod)
    {
        machine.Node.WriteProgram($"{Directory}/{Page}", """
            #!/bin/busybox sh
            address=${REMOTE_ADDR#[}
            printf 'Content-Type: text/plain\r\n\r\nyou are %s\n' "$(echo "${address%]}" | sed s/^::ffff://)"
            """);
        // The server goes into the background once it listens.
        machine.Prepare($"ip netns exec {pod} busybox httpd -p 80 -h {Directory}");
    }

    /// <summary>Returns the address that the server sees when a pod, or the machine itself, connects.</summary>
    public static string AddressSeen(Machine machine, string? pod, string address)
    {
        var host = EachFamily.IsV6(address) ? $"[{address}]" : address;
        var prefix = pod is null ? "" : $"ip netns exec {pod} ";
        return machine.Type($"{prefix}timeout 5 busybox wget -q -O - http://{host}/{Page}").Stdout.Trim()
            .Replace("you are ", "", StringComparison.Ordinal);
    }
}
