# SPDX-License-Identifier: MIT
#
# What `cmake --install` puts where. Nothing in the installed files knows the prefix: the tree may be
# moved as a whole.
include(CMakePackageConfigHelpers)

install(TARGETS libsearch libsearch_static EXPORT libsearch
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md PATTERN man EXCLUDE)
install(FILES include/libsearch.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/libsearch DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)

# Relative to where the .pc files lie; but for a folder that was given as an absolute path.
foreach(folder LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(pc_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(pc_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  string(REGEX REPLACE "[^/]+" ".." to_prefix "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  set(pc_prefix "\${pcfiledir}/${to_prefix}")
endif()
configure_file(pkgconfig/libsearch.pc.in libsearch.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libsearch.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(LIBSEARCH_HAVE_XAPIAN)
  install(TARGETS libsearch-xapian EXPORT libsearch
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES include/libsearch-xapian.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  configure_file(pkgconfig/libsearch-xapian.pc.in libsearch-xapian.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libsearch-xapian.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

install(EXPORT libsearch NAMESPACE libsearch:: FILE libsearch-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libsearch)
configure_file(pkgconfig/libsearch-config.cmake.in libsearch-config.cmake @ONLY)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/libsearch-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libsearch-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/libsearch-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libsearch)
