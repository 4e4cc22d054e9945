namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>The classes of tests that need the machine: they share one, so that it boots once.</summary>
[CollectionDefinition]
public sealed class VirtualMachineUsers : ICollectionFixture<VlanMachine>;
