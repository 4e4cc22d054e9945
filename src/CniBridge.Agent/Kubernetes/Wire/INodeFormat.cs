namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>One encoding of the API's answers.</summary>
interface INodeFormat
{
    /// <summary>Reads the body of a list.</summary>
    /// <exception cref="InvalidDataException">The body is no NodeList.</exception>
    NodeList ReadList(Stream body);

    /// <summary>Reads the body of a watch; returns each event when it arrives, until the server ends the body.</summary>
    /// <exception cref="InvalidDataException">The body is no sequence of watch events.</exception>
    IEnumerable<NodeEvent> ReadEvents(Stream body);
}
