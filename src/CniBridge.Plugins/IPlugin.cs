using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins;

/// <summary>A role of the binary: what the verbs of the protocol do. Failures are exceptions.</summary>
public interface IPlugin
{
    /// <summary>The plugin's type in configurations.</summary>
    string Name { get; }

    CniResult Add(CniRequest request);

    /// <summary>Removes whatever is there; nothing there is success.</summary>
    void Delete(CniRequest request);

    void Check(CniRequest request);

    /// <summary>Removes what is left of attachments that are not in the request's list.</summary>
    void CollectGarbage(CniRequest request);

    /// <summary>Returns when an ADD may work; takes no lock, for runtimes ask every few seconds.</summary>
    /// <exception cref="CniException">Code 50: none can.</exception>
    void ReportStatus(CniRequest request);
}
