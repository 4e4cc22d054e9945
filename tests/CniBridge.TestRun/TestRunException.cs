namespace CniBridge.TestRun;

/// <summary>A reason why no tests could run; the message is for the person who started them.</summary>
sealed class TestRunException(string message) : Exception(message);
