namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>The collection of test classes that share the machine, so that it boots once.</summary>
[CollectionDefinition]
public sealed class VirtualMachineUsers : ICollectionFixture<VlanMachine>;
