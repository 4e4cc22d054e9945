using CniBridge.Plugins.Tests.Schema;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>conf/nodes.schema.json as another program reads it, in one process for all tests.</summary>
public sealed class NodeSchemaJudge : IDisposable
{
    readonly SchemaJudge _judge = new(Resource.Text("nodes.schema.json"));

    internal IReadOnlyList<string> Errors(string document) => _judge.Errors(document);

    public void Dispose() => _judge.Dispose();
}
