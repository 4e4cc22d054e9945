namespace CniBridge.Lab;

/// <summary>A pod on a node.</summary>
/// <param name="Name">The name of its namespace, unique in the cluster.</param>
/// <param name="Addresses">The addresses of its interface in the kernel.</param>
sealed record Pod(WorkerNode Node, string Name, IReadOnlyList<string> Addresses)
{
    public string AddressOf(bool isV6) => Addresses.Single(address => EachFamily.IsV6(address) == isV6);
}
