using CniBridge.Node.ConfigurationKeys;
using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>Tests that the generated files about configuration keys are up to date.</summary>
public sealed class ConfigurationDocumentTests
{
    // To regenerate: cni-bridge reference configuration > docs/configuration.md
    [Fact]
    public void The_tables_are_generated_from_the_descriptions() =>
        Assert.Equal(Resource.Text("configuration.md"), ConfigurationTables.Create());

    // To regenerate: cni-bridge reference schema > conf/cni-bridge.schema.json
    [Fact]
    public void The_schema_is_generated_from_the_descriptions() =>
        Assert.Equal(Resource.Text("cni-bridge.schema.json"), ConfigurationSchema.Create());
}
