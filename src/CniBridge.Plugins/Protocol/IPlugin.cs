namespace CniBridge.Plugins.Protocol;

/// <summary>A plugin of the binary: the verbs of the protocol. Failures are exceptions.</summary>
public interface IPlugin
{
    /// <summary>The plugin's type in configurations.</summary>
    string Name { get; }

    CniResult Add(CniRequest request);

    /// <summary>Removes the attachment. Succeeds if it does not exist.</summary>
    void Delete(CniRequest request);

    void Check(CniRequest request);

    /// <summary>Removes all attachments that the request does not list as valid.</summary>
    void CollectGarbage(CniRequest request);

    /// <summary>Returns if an ADD can work. Takes no lock, because runtimes call it every few seconds.</summary>
    /// <exception cref="CniException">Code 50: no ADD can work.</exception>
    void ReportStatus(CniRequest request);
}
